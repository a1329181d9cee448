resource "example_ticket" "day" {
  name         = "day"
  lifetime     = "24h"
  renew_before = "2h"
}
