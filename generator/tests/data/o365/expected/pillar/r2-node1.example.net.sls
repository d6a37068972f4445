#!yaml
# pillar of asset-id "r2-node1.example.net", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "router2",
    "node": "node1",
    "profile": "O365",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "ExchangeOnline",
          "bgp-community": [
            "12076:5010"
          ]
        },
        {
          "application-name": "SharePointOnline",
          "bgp-community": [
            "12076:5020"
          ]
        },
        {
          "application-name": "SkypeForBusiness",
          "bgp-community": [
            "12076:5030"
          ]
        },
        {
          "application-name": "OtherO365",
          "bgp-community": [
            "12076:5100"
          ]
        }
      ],
      "duration": 60,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "poll",
      "high-availability": true
    }
  }
}
