# What two features make together moves when either of them does.
policy: derived.toml

story: A share moves when what is bought elsewhere leaves the window
only: channel
| when             | what                       | then                                               |
| 2026-01-10 09:00 | purchase 40 channel store  | online_share is 0.00%                              |
| 2026-01-20 09:00 | purchase 59 channel online | online_share is 59.5959%                           |
| 2026-01-20 10:00 | purchase 1 channel online  | channel: store -> online because online_share 60.00% is >= 60% |
| 2026-01-21 09:00 | purchase 1 channel store   | channel: online -> store                           |
| 2026-02-09       |                            | channel: store -> online, online_share is 98.3606% |
| 2026-02-19       |                            | channel: online -> store, online_share is 0.00%    |
| 2026-02-20       |                            | online_share is 0.00%                              |

story: Parts that leave together are judged together
only: channel
| when             | what                       | then                     |
| 2026-01-10 09:00 | purchase 60 channel online | channel: store -> online |
| 2026-01-10 10:00 | purchase 40 channel store  | online_share is 60.00%   |
| 2026-01-12 10:00 | purchase 6 channel online  |                          |
| 2026-01-12 11:00 | purchase 4 channel store   | online_share is 60.00%   |
| 2026-02-09       |                            | online_share is 60.00%   |
| 2026-02-11       |                            | channel: online -> store |

story: An average is of the orders that are left
only: basket_size
| when             | what                | then                                                   |
| 2026-01-10 09:00 | purchase 40 order a | basket is 40.00                                        |
| 2026-01-11 09:00 | purchase 60 order b | basket is 50.00                                        |
| 2026-01-12 09:00 | purchase 51 order c | basket_size: small -> large, basket is 50.3333         |
| 2026-01-13 09:00 | refund 10 order b   | basket_size: large -> small, basket is 47.00           |
| 2026-01-14 09:00 | cancel order a      | basket_size: small -> large, basket is 50.50           |
| 2026-02-10       |                     | basket is 51.00                                        |
| 2026-02-11       |                     | basket_size: large -> small, basket is 0.00            |

story: What is gone is the difference of all and the recent
only: lapse
| when             | what         | then                                                        |
| 2026-01-10 09:00 | purchase 100 | before is 0.00, recent is 1.00                              |
|                  | purchase 1   | lapse: new -> busy, orders_a_day is 2.00                    |
| 2026-01-11 09:00 | purchase 1   | orders_a_day is 1.50, recent is 1.00                        |
| 2026-02-09       |              | lapse: busy -> old, before is 101.00, recent is 0.0098      |

story: Less than nothing is a share of nothing
only: channel
| when             | what                      | then                                       |
| 2026-01-10 09:00 | refund 5 channel online   | online_share is 0.00%, basket is 0.00      |
|                  | purchase 4 channel online | online_share is 0.00%, before is 0.00      |
|                  | purchase 2 channel store  | online_share is -100.00%                   |

story: What goes beyond the highest threshold that was reached is carried, as far as it may be
only: channel
| when             | what           | then                |
| 2026-01-10 09:00 | purchase 99.99 | with_rest is 99.99  |
| +1h              | purchase 30.01 | with_rest is 160.00 |
| +1h              | purchase 40    | with_rest is 220.00 |
| +1h              | purchase 130   | with_rest is 300.00 |
| +1h              | purchase 10    | with_rest is 320.00 |
