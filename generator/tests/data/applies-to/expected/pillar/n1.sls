#!yaml
# pillar of asset-id "n1", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r",
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
        }
      ],
      "duration": 60,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "poll"
    }
  }
}
