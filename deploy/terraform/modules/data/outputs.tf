output "database_url" {
  description = "DATABASE_URL without the password, which the processes get as PGPASSWORD."
  value       = "postgresql+psycopg://${aws_db_instance.this.username}@${aws_db_instance.this.endpoint}/${aws_db_instance.this.db_name}?sslmode=require"
}

output "database_identifier" {
  description = "The database, as its metrics name it."
  value       = aws_db_instance.this.identifier
}

output "redis_url" {
  description = "REDIS_URL of the node that takes writes, wherever it is."
  value       = "rediss://${aws_elasticache_replication_group.this.primary_endpoint_address}:6379/0"
}

output "redis_cluster_ids" {
  description = "Valkey's nodes, as their metrics name them."
  # By rule, so that a plan knows them before they are there.
  value = [for number in range(1 + var.redis_replicas) : format("%s-%03d", var.name, number + 1)]
}

output "backups_bucket" {
  description = "Where backups are kept."
  value       = aws_s3_bucket.backups.bucket
}

output "backups_bucket_arn" {
  description = "The bucket of the backups, as policies name it."
  value       = aws_s3_bucket.backups.arn
}
