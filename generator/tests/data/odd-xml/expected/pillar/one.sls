#!yaml
# pillar of asset-id "one", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r1",
    "node": "n1",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "A & <B> \"'",
          "bgp-community": [
            "64512:30"
          ]
        }
      ],
      "duration": 60,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 100000,
      "aggregate-prefixes": true,
      "update-mode": "poll"
    }
  }
}
