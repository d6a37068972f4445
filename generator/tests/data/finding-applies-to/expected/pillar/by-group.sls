#!yaml
# pillar of asset-id "by-group", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "by-group",
    "node": "n",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "a",
          "bgp-community": [
            "1:1"
          ]
        },
        {
          "application-name": "switched-off",
          "bgp-community": [
            "1:2"
          ]
        },
        {
          "application-name": "everywhere",
          "bgp-community": [
            "1:3"
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
