"""What is built and shipped: distributions, bundle, image, registry entry, workflow."""
