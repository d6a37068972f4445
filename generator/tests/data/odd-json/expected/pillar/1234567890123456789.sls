#!yaml
# pillar of asset-id "1234567890123456789", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r1",
    "node": "1",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "365",
          "bgp-community": [
            "64512:30"
          ]
        }
      ],
      "duration": 120,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 5,
      "aggregate-prefixes": true,
      "update-mode": "poll"
    }
  }
}
