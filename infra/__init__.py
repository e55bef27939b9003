"""What runs around the application: template, package, deployment, local stack, synthetic district, benchmarks."""
