# Refunds and cancellations: what was taken back is taken back at the day on which it was bought.
policy: ../policy.toml
only: value, lifecycle

story: A refund of the order that caused the upgrade takes it back
| when             | what                     | then                                                |
| 2026-01-10 12:00 | purchase 100.00 order o1 | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-20 12:00 | purchase 250.00 order o2 | value: low -> mid, lifecycle: acquired -> activated |
| 2026-01-25 12:00 | refund 250.00 order o2   | value: mid -> low, lifecycle: activated -> acquired |
| +1d              |                          | spend_90d is 100.00, orders_90d is 1                |

story: A partial refund that leaves enough to keep the tier changes nothing
| when             | what                     | then                                                |
| 2026-01-10 12:00 | purchase 100.00 order o1 | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-20 12:00 | purchase 250.00 order o2 | value: low -> mid, lifecycle: acquired -> activated |
| 2026-01-25 12:00 | refund 100.00 order o2   |                                                     |
|                  | refund 0.01 order o2     | value: mid -> low                                   |

story: A refund of an order that has left the window changes nothing today
| when             | what                     | then                                                |
| 2026-01-10 12:00 | purchase 100.00 order o1 | value: none -> low, lifecycle: prospect -> acquired |
| 2026-04-10 00:00 |                          | value: low -> none                                  |
| 2026-04-11 00:00 |                          | lifecycle: acquired -> at_risk                      |
| 2026-05-01 12:00 | purchase 50.00 order o2  | value: none -> low, lifecycle: at_risk -> activated |
| 2026-05-02 12:00 | refund 100.00 order o1   | lifecycle: activated -> acquired                    |
| +1d              |                          | spend_90d is 50.00                                  |

story: A cancelled order has never been
| when             | what                     | then                                                |
| 2026-01-10 12:00 | purchase 100.00 order o1 | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-10 12:05 | cancel order o1          | value: low -> none, lifecycle: acquired -> prospect |
| 2026-01-10 12:06 | cancel order o1          |                                                     |
| +1y              |                          |                                                     |

story: More can be refunded than was paid
| when             | what                     | then                                                |
| 2026-01-10 12:00 | purchase 320.00 order o1 | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-11 12:00 | purchase 100.00 order o2 | value: low -> mid, lifecycle: acquired -> activated |
| 2026-01-12 12:00 | refund 550.00 order o1   | value: mid -> low, lifecycle: activated -> acquired |
| +1h              | purchase 130.00 order o3 | lifecycle: acquired -> activated                    |
| +1h              |                          | spend_90d is 0.00, orders_90d is 2                  |
| +1h              | refund 300.00 order o1   |                                                     |
| +1h              |                          | spend_90d is -300.00                                |

story: A refund of an order that nobody knows is taken off the day it is given
| when             | what                    | then                                                |
| 2026-01-10 12:00 | purchase 200.00         | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-11 12:00 | purchase 200.00         | value: low -> mid, lifecycle: acquired -> activated |
| 2026-01-12 12:00 | refund 200.00 order o99 | value: mid -> low                                   |
| +1h              |                         | spend_90d is 200.00, orders_90d is 2                |

story: A second order under the same number is set aside
| when             | what                     | then                                                |
| 2026-01-10 12:00 | purchase 100.00 order o1 | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-10 12:01 | purchase 999.00 order o1 | refused: order_exists                               |

story: An order that was billed wrongly is said anew
| when             | what                      | then                                                |
| 2026-01-10 12:00 | purchase 100.00 order o1  | value: none -> low, lifecycle: prospect -> acquired |
| 2026-01-20 12:00 | purchase 2500.00 order o2 | value: low -> mid, lifecycle: acquired -> activated |
| 2026-01-20 13:00 | restate 149.00 order o2   | value: mid -> low                                   |
| 2026-01-21 12:00 | restate 350.00 order o2   | value: low -> mid                                   |
| 2026-01-25 12:00 | refund 350.00 order o2    | value: mid -> low, lifecycle: activated -> acquired |
