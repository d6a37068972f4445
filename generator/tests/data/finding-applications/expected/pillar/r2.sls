#!yaml
# pillar of asset-id "r2", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r2",
    "node": "n",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "O365-Exchange",
          "bgp-community": [
            "1:1"
          ],
          "description": "has a name of SSR itself"
        },
        {
          "application-name": "vrfs",
          "bgp-community": [
            "1:2"
          ],
          "vrf": [
            "blue",
            "red"
          ],
          "within": [
            "10.0.0.0/8",
            "2001:db8::/32"
          ]
        },
        {
          "application-name": "four",
          "bgp-community": [
            "1:3"
          ],
          "within": [
            "10.0.0.0/8"
          ]
        },
        {
          "application-name": "six",
          "bgp-community": [
            "1:4"
          ],
          "within": [
            "2001:db8::/32"
          ]
        }
      ],
      "duration": 60,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "poll",
      "largest-loss": 50
    }
  }
}
