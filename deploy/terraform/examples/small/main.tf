# An event of some ten thousand visitors, or a trial: one task of each kind, no standby but Valkey's replica.

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

  zones       = 2
  one_way_out = true

  web    = { cpu = 512, memory = 1024, least = 1, most = 3 }
  worker = { cpu = 512, memory = 1024, least = 1, most = 3, processes = 1 }

  database_class     = "db.t4g.small"
  database_gigabytes = 20
  database_standby   = false
  # A db.t4g.small allows some 170.
  most_connections = 130

  redis_class    = "cache.t4g.small"
  redis_replicas = 1

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}
