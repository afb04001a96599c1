"""Follow the verdicts. pip install aiokafka cramjam; consume_aiokafka.py HOST:PORT [COUNT]"""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def main(bootstrap: str, count: int) -> None:
    consumer = AIOKafkaConsumer(
        "articles.enriched",
        bootstrap_servers=bootstrap,
        group_id="my-search-index",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    known: set[tuple[str, str]] = set()  # yours: a unique key in a database
    try:
        while len(known) < count:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    article = json.loads(record.value)
                    # Delivered at least once: the same pair is the same bytes again.
                    verdict = (article["article_id"], article["content_digest"])
                    if verdict in known:
                        continue
                    known.add(verdict)
                    detection = article["detection"]
                    ce_type = dict(record.headers)["ce_type"].decode()
                    print(ce_type, article["source"], detection["relation"], detection["story_id"])
                    for match in detection["matches"]:
                        print("   ", match["reason"])
            await consumer.commit()  # when the work is done, not before
    finally:
        await consumer.stop()


asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10**12))
