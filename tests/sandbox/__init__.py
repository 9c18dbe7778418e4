"""The sandbox held to the documentation and to its promises."""
