#!yaml
# pillar of asset-id "fine-2", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r5",
    "node": "n2",
    "profile": "good",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "a",
          "bgp-community": [
            "64512:30"
          ]
        }
      ],
      "duration": 3600,
      "path-selection": "best",
      "stale-path-time": 0,
      "max-prefixes": 4294967295,
      "aggregate-prefixes": true,
      "update-mode": "poll",
      "high-availability": true
    }
  }
}
