#!yaml
# pillar of asset-id "without-node1", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "without",
    "node": "node1",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "Mail",
          "bgp-community": [
            "64512:1"
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
