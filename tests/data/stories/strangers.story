# Refunds and cancellations of orders that nobody knows, where the policy refuses them.
policy: strangers.toml

story: Strangers can be refused
| when             | who | what               | then                   |
| 2026-01-10 12:00 | ann | refund 5 order a   | refused: unknown_order |
|                  | ann | cancel order a     | refused: unknown_order |
|                  | ann | refund 5           | refused: unknown_order |
|                  | ann | purchase 5 order a | value: none -> low     |
|                  | bob | refund 5 order a   | refused: unknown_order |
|                  | ann | refund 5 order a   | value: low -> none     |

story: An order is known for as long as orders are kept
| when                    | what               | then                   |
| 2026-01-10 12:00        | purchase 5 order a | value: none -> low     |
|                         | purchase 5 order a | refused: order_exists  |
| 2026-02-09              |                    | value: low -> none     |
| 2026-04-20 12:59:59.999 | purchase 5 order a | refused: order_exists  |
|                         | refund 1 order a   |                        |
| 2026-04-20 13:00        | refund 1 order a   | refused: unknown_order |
|                         | purchase 5 order a | value: none -> low     |
