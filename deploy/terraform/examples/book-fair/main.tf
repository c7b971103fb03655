# A book fair of 2,000,000 visitors. docs/capacity.md (On AWS) says how these sizes are reckoned.

module "pravesh" {
  source = "../.."

  name            = var.name
  public_url      = var.public_url
  zone_id         = var.zone_id
  image           = var.image
  settings        = var.settings
  given_secrets   = var.given_secrets
  alarm_mails     = var.alarm_mails
  dollars_a_month = var.dollars_a_month
  github          = var.github

  zones = 3

  web    = { cpu = 2048, memory = 4096, least = 3, most = 16 }
  worker = { cpu = 1024, memory = 2048, least = 3, most = 8, processes = 2 }

  database_class     = "db.r7g.xlarge"
  database_gigabytes = 200
  # A db.r7g.xlarge has 32 GiB, and allows some 3,400.
  most_connections = 2700

  redis_class    = "cache.r7g.large"
  redis_replicas = 2

  most_errors_a_minute = 30
  requests_per_address = 60000

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}
