# What a filter lets through, and what becomes of refunds.
policy: filters.toml

story: A purchase counts where its own fields say so
| when             | what                                                     | then                                |
| 2026-01-10 09:00 | purchase 50 channel store                                | online is 0.00                      |
|                  | purchase 12 channel online                               | digital: none -> some               |
|                  | purchase 7                                               | online is 12.00                     |
|                  | purchase 20 category garden                              | outdoors is 1                       |
|                  | purchase 19.99 category garden                           | outdoors is 1                       |
|                  | purchase 20 category Garden                              | outdoors is 1                       |
|                  | purchase 20 category garden brand acme                   | outdoors is 1                       |
|                  | purchase 20 category garden brand oak                    | outdoors is 2                       |
|                  | purchase 5 discount 0.50                                 | bargains is 1                       |
|                  | purchase 5 attrs.discount_code SPRING                    | bargains is 2                       |
|                  | purchase 5 attrs.discount_code spring                    | bargains is 2                       |
| 2026-02-09       |                                                          | digital: some -> none, bargains is 0 |

story: A refund finds its order whatever it says of itself
| when             | what                                  | then                  |
| 2026-01-10 09:00 | purchase 30 order a channel online    | digital: none -> some |
| 2026-01-11 09:00 | refund 25 order a channel store       | digital: some -> none, online is 5.00, store_refunds is 1 |
| 2026-01-12 09:00 | cancel order a                        | online is 0.00        |

story: A refund of an unknown order is asked itself
| when             | what                       | then                                   |
| 2026-01-10 09:00 | refund 5 channel online    | online is -5.00, store_refunds is 0    |
|                  | refund 5 channel store     | online is -5.00, store_refunds is 1    |
|                  | refund 5 order unknown     | online is -5.00                        |

story: A refund leaves the price as it was told
| when             | what                                | then                            |
| 2026-01-10 09:00 | purchase 20 order a category garden | outdoors is 1                   |
| 2026-01-11 09:00 | refund 15 order a                   | outdoors is 1                   |
| 2026-01-12 09:00 | refund 5 order a                    | outdoors is 0                   |

story: What an event does not say it does not satisfy
| when             | what                           | then        |
| 2026-01-10 09:00 | visit                          | praise is 0 |
|                  | visit attrs.points 3           | praise is 0 |
|                  | visit attrs.points 4           | praise is 1 |
|                  | visit attrs.tip 0.50           | praise is 1 |
|                  | visit attrs.tip 0.51           | praise is 2 |
