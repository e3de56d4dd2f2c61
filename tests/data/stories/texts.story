# The most frequent text, how many different ones, the least and the greatest.
policy: texts.toml

story: Loyal to a brand, then to another, and then to none
only: brand
| when             | what                   | then                                              |
| 2026-03-01 12:00 | purchase 10            | top_brand is never, top_brand_orders is 0         |
| 2026-03-02 12:00 | purchase 10 brand acme | brand_share is 50%                                |
| 2026-03-03 12:00 | purchase 10 brand acme | brand: any -> acme because top_brand acme is = acme and brand_share 66.6666% |
| 2026-03-04 12:00 | purchase 10 brand oak  | brand: acme -> any                                |
| 2026-03-31       |                        | brand: any -> acme                                |
| 2026-04-01       |                        | brand: acme -> any, top_brand is oak              |
| 2026-04-02       |                        | brand: any -> loyal because top_brand oak is != acme |
| 2026-04-03       |                        | brand: loyal -> any, top_brand is never           |

story: Of those that come by equally often, the latest or the first
only: brand
| when             | what                      | then                                     |
| 2026-03-01 12:00 | purchase 10 brand oak     | brand: any -> loyal                      |
| 2026-03-02 12:00 | purchase 10 brand acme    | brand: loyal -> any, top_brand is acme, first_brand is oak |
| 2026-03-03 12:00 | purchase 10 brand elm     | top_brand is elm, first_brand is oak     |
# On one day the alphabet decides.
|                  | purchase 10 brand beech   | top_brand is beech                       |
| 2026-03-04 12:00 | purchase 10 brand acme    | top_brand is acme, first_brand is acme   |

story: A refund in full takes the brand back, a restatement does not
only: brand
| when             | what                           | then                        |
| 2026-03-01 12:00 | purchase 10 brand acme order a | brand: any -> acme          |
| 2026-03-02 12:00 | purchase 10 brand oak order b  | brand: acme -> any          |
| 2026-03-03 12:00 | refund 4 order a               | top_brand is oak            |
| 2026-03-03 13:00 | refund 6 order a               | brand: any -> loyal         |
| 2026-03-04 12:00 | restate 12 order a             | brand: loyal -> any         |
| 2026-03-05 12:00 | cancel order b                 | brand: any -> acme          |

story: Attrs of events of one's own, anew each month
only: brand
| when             | what                            | then                |
| 2026-03-01 12:00 | inquiry attrs.topic size attrs.score 3     | topic is size       |
| 2026-03-02 12:00 | inquiry attrs.topic delivery attrs.score -2 | topic is delivery   |
| 2026-03-03 12:00 | inquiry attrs.topic size            | topic is size, worst_score is -2 |
| 2026-03-31       |                                 | worst_score is -2   |
| 2026-04-01       |                                 | topic is never, worst_score is 0 |

story: Different categories, counted as far as anybody asks
only: variety
| when             | what                         | then                                  |
| 2026-03-01 12:00 | purchase 10 category garden order a | variety: some -> one           |
| 2026-03-02 12:00 | purchase 10 category garden  | categories is 1                       |
| 2026-03-03 12:00 | purchase 10 category tools   | variety: one -> some                  |
| 2026-03-04 12:00 | purchase 10 category toys    | variety: some -> wide                 |
| 2026-03-05 12:00 | purchase 10 category books   | categories is 3                       |
| 2026-03-06 12:00 | cancel order a               | categories is 3                       |
| 2026-04-01       |                              | categories is 3                       |
| 2026-04-02       |                              | variety: wide -> some                 |
| 2026-04-03       |                              | variety: some -> one                  |
| 2026-04-04       |                              | variety: one -> some                  |

story: The greatest and the least as they stand after refunds
only: basket
| when             | what                 | then                                                  |
| 2026-03-01 12:00 | purchase 6 order a   | dearest is 6.00, cheapest is 6.00                     |
| 2026-03-02 12:00 | purchase 120 order b | basket: small -> big                                  |
| 2026-03-03 12:00 | refund 30 order b    | basket: big -> small, dearest is 90.00                |
| 2026-03-04 12:00 | restate 131 order b  | basket: small -> big, dearest is 101.00               |
| 2026-03-05 12:00 | refund 1 order a     | basket: big -> small, cheapest is 5.00                |
| 2026-03-06 12:00 | refund 5 order a     | basket: small -> big, cheapest is 101.00              |
| 2026-04-01       |                      | basket: big -> small, dearest is 0.00, cheapest is 101.00 |

story: What was different last month, whatever came by since
| when             | what                 | then             |
| 2026-03-10 12:00 | view category garden | seen_before is 0 |
| 2026-04-02 12:00 | view category books  | seen_before is 1 |
| 2026-04-03 12:00 | view category books  | seen_before is 1 |
| 2026-04-04 12:00 | view category books  | seen_before is 1 |
| 2026-04-05 12:00 | view category books  | seen_before is 1 |
| 2026-04-06 12:00 | view category books  | seen_before is 1 |
| 2026-04-07 12:00 | view category books  | seen_before is 1 |
| 2026-04-08 12:00 | view category books  | seen_before is 1 |
| 2026-04-09 12:00 | view category books  | seen_before is 1 |
| 2026-04-18 12:00 | view category books  | seen_before is 1 |
| 2026-04-19 12:00 | view category books  | seen_before is 1 |
| 2026-04-20 12:00 | view category books  | seen_before is 1 |
| 2026-04-21 12:00 | view category books  | seen_before is 1 |
| 2026-04-22 12:00 | view category books  | seen_before is 1 |
| 2026-04-23 12:00 | view category books  | seen_before is 1 |
| 2026-04-24 12:00 | view category books  | seen_before is 1 |
| 2026-04-25 12:00 | view category books  | seen_before is 1 |
| 2026-04-26 12:00 | view category books  | seen_before is 1 |
| 2026-04-27 12:00 | view category books  | seen_before is 1 |
| 2026-04-28 12:00 | view category books  | seen_before is 1 |
| 2026-04-29 12:00 | view category toys   | seen_before is 1 |
| 2026-06-01 12:00 |                      | seen_before is 0 |
