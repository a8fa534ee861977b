"""Model mathematics on TensorFlow, each part beside its schema. Knows nothing of DVC or MLflow."""
