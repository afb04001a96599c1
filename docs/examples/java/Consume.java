// Follow the verdicts: java -cp 'kafka-clients.jar:jackson-databind.jar:...' Consume.java HOST:PORT [COUNT]
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

public class Consume {
    public static void main(String[] arguments) throws Exception {
        var wanted = arguments.length > 1 ? Integer.parseInt(arguments[1]) : Integer.MAX_VALUE;
        Map<String, Object> settings = Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0],
            ConsumerConfig.GROUP_ID_CONFIG, "my-licensing",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        var json = new ObjectMapper();
        var known = new HashSet<String>(); // yours: a unique key in a database
        try (var consumer = new KafkaConsumer<String, byte[]>(settings)) {
            consumer.subscribe(List.of("articles.enriched"));
            while (known.size() < wanted) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    var article = json.readTree(record.value());
                    // Delivered at least once: the same pair is the same bytes again.
                    var digest = article.get("content_digest").asText();
                    if (!known.add(record.key() + " " + digest)) continue;
                    var detection = article.get("detection");
                    System.out.println(
                        new String(record.headers().lastHeader("ce_type").value()) + " "
                        + article.get("source").asText() + " "
                        + detection.get("relation").asText() + " "
                        + detection.get("story_id").asText());
                }
                consumer.commitSync(); // when the work is done, not before
            }
        }
    }
}
