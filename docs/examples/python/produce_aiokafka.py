"""Send a story and a copy of it. pip install aiokafka; python produce_aiokafka.py HOST:PORT"""

import asyncio
import json
import sys

from aiokafka import AIOKafkaProducer

TEXT = (
    "GENEVA (Reuters) - Ferry crews on the lake ended a nine-day strike on Monday after the"
    " operator agreed to raise night allowances and to hire forty sailors before the summer. Boats"
    " will run again from Tuesday morning, the operator said, though the early services to the"
    " southern shore stay suspended until the vessels have been inspected."
)


async def main(bootstrap: str) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, compression_type="gzip"
    )
    await producer.start()
    try:
        for source, item in (("reuters.example", "ferry-1"), ("lakeside-post.example", "77231")):
            event = {
                "id": item,
                "source": source,
                "url": f"https://{source}/{item}",
                "title": "Ferry strike on the lake ends",
                "text": TEXT,
                "published_at": "2026-03-02T10:00:00+01:00",
            }
            # One key for a publisher: its revisions and kills stay in order.
            sent = await producer.send_and_wait(
                "articles.raw", json.dumps(event).encode(), key=source.encode()
            )
            print(f"{item} is at partition {sent.partition} offset {sent.offset}")
    finally:
        await producer.stop()


asyncio.run(main(sys.argv[1]))
