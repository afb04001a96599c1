// Send an article: java -cp 'kafka-clients.jar:...' Produce.java HOST:PORT
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class Produce {
    public static void main(String[] arguments) throws Exception {
        Map<String, Object> settings = Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0],
            ProducerConfig.ACKS_CONFIG, "all",
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        String article = """
            {"id": "harvest-3", "source": "plains-gazette.example",
             "title": "Early frost hits the harvest",
             "text": "An early frost has damaged a third of the harvest on the plains, growers \
            said on Wednesday, and prices at the market in the capital rose by a tenth within a \
            day. The ministry promised seed for the coming spring and asked banks to wait for \
            their instalments.",
             "published_at": "2026-03-02T09:30:00Z"}""";
        try (var producer = new KafkaProducer<String, String>(settings)) {
            var record = new ProducerRecord<>("articles.raw", "plains-gazette.example", article);
            var sent = producer.send(record).get();
            System.out.println("sent to " + sent.topic() + " partition " + sent.partition()
                + " offset " + sent.offset());
        }
    }
}
