#!yaml
# pillar of asset-id "r3-node1", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r3",
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
            "64512:1",
            "64512:2",
            "64512:3",
            "64512:4:5",
            "target:64512:1",
            "65535:65281"
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
