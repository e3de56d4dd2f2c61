# Customers who move because nothing happens, at the instant at which it becomes true.
policy: ../policy.toml

story: A customer who falls silent is moved whenever a window closes
| when             | what           | then                                                      |
| 2026-01-10 09:00 | purchase 50.00 | value: none -> low, behaviour: dormant -> active          |
|                  |                | lifecycle: prospect -> acquired                           |
| 2026-02-25       |                | behaviour: active -> potential because since_purchase 46d |
| 2026-04-10       |                | value: low -> none because orders_90d 0                   |
| 2026-04-11       |                | lifecycle: acquired -> at_risk because since_purchase 91d |
| 2026-05-11       |                | behaviour: potential -> dormant because since_seen 121d   |
|                  |                | relationship: potential -> lost                           |
| 2026-07-10       |                | lifecycle: at_risk -> churned because since_purchase 181d |
| +5y              |                |                                                           |

story: A view a month keeps a customer from becoming dormant
only: behaviour
| when             | what | then                            |
| 2026-01-10 09:00 | view | behaviour: dormant -> potential |
| +1mo             | view |                                 |
| +1mo             | view |                                 |
| +1mo             | view |                                 |
# 121 days after the last of them.
| 2026-08-09       |      | behaviour: potential -> dormant |

story: A day of 23 hours is one day when the clocks go forward
# Each is active up to 45 days after the day of the purchase, so until the 46th day begins. For ann
# that is 30 March, which begins at 23:00 UTC, an hour earlier than the day before it.
only: behaviour
| when                     | who | what           | then                           |
| 2026-02-12 23:59:59.999  | ann | purchase 50.00 | behaviour: dormant -> active   |
| 2026-02-13               | bob | purchase 50.00 | behaviour: dormant -> active   |
| 2026-03-29T22:59:59.999Z | ann |                | behaviour is active            |
| 2026-03-29T23:00:00Z     | ann |                | behaviour: active -> potential |
| 2026-03-31               | bob |                | behaviour: active -> potential |
| 2026-04-05               |     |                |                                |

story: A day of 25 hours is one day when the clocks go back
# 25 October begins at 23:00 UTC on the day before and has half past one twice; 26 October begins at
# midnight UTC.
only: behaviour
| when                      | what           | then                           |
| 2026-09-09 12:00          | purchase 50.00 | behaviour: dormant -> active   |
| 2026-10-24T23:00:00Z      |                | behaviour: active -> potential |
| 2026-10-25T01:30:00+00:00 | purchase 5.00  | behaviour: potential -> active |
| 2026-12-09 23:59:59.999   |                | behaviour is active            |
| 2026-12-10                |                | behaviour: active -> potential |

story: Somebody who only looks around is never lost
| when             | what  | then                                             |
| 2026-01-10 09:00 | visit | behaviour: dormant -> potential                  |
| 2026-05-11 00:00 |       | behaviour: potential -> dormant                  |
| 2028-01-10 09:00 |       | relationship is potential, lifecycle is prospect |

story: Whoever looks around on five of thirty days is active without buying
only: behaviour
start: 2026-01-10
| when        | what   | then                            |
| day 1       | view   | behaviour: dormant -> potential |
| day 3 10:00 | search |                                 |
| day 3 18:00 | view   |                                 |
| day 8       | cart   |                                 |
| day 9       | visit  |                                 |
| day 12      | view   | behaviour: potential -> active  |
# Two of the five days are left in the window: days 9 and 12.
| day 38      |        | behaviour: active -> potential  |

story: Nobody knows anything of somebody who never came
| when       | what | then                      |
| 2026-01-10 |      | value is none             |
|            |      | behaviour is dormant      |
|            |      | relationship is potential |
|            |      | lifecycle is prospect     |
|            |      | since_seen is never       |

story: A heartbeat belongs to nobody and moves nobody by itself
| when             | what            | then                              |
| 2026-03-02 10:00 | visit           | behaviour: dormant -> potential because since_seen 0d is <= 90d |
| 2026-03-02 11:00 | heartbeat       |                                   |
