import com.example.board.DomainEvent;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Reads each file named on the command line into the classes of our page for consumers, in both ways
 * that are safe for new types, and prints a line for it: the event as these classes know it, or null
 * for a type that they do not know.
 */
public final class JavaReader {
    /** A hierarchy without a class for types that it does not know. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "eventType")
    private interface WithoutDefault {}

    /** As the lenient LocalDateTimeDeserializer of jackson-datatype-jsr310, which Kafka lacks. */
    private static final class ReadsTime extends JsonDeserializer<LocalDateTime> {
        @Override
        public LocalDateTime deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            String text = parser.getText().trim();
            if (text.endsWith("Z")) text = text.substring(0, text.length() - 1);
            return LocalDateTime.parse(text, DateTimeFormatter.ISO_LOCAL_DATE_TIME);
        }
    }

    private static final class WritesTime extends JsonSerializer<LocalDateTime> {
        private static final DateTimeFormatter MICROSECONDS =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

        @Override
        public void serialize(LocalDateTime time, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            json.writeString(time.format(MICROSECONDS));
        }
    }

    public static void main(String[] files) throws IOException {
        ObjectMapper byDefault = mapper();
        ObjectMapper orNull =
                mapper()
                        .addMixIn(DomainEvent.class, WithoutDefault.class)
                        .configure(DeserializationFeature.FAIL_ON_INVALID_SUBTYPE, false);
        ObjectMapper careless = mapper().addMixIn(DomainEvent.class, WithoutDefault.class);
        for (String file : files) {
            byte[] value = Files.readAllBytes(Path.of(file));
            DomainEvent event = orNull.readValue(value, DomainEvent.class);
            boolean isUnknown =
                    byDefault.readValue(value, DomainEvent.class)
                            instanceof DomainEvent.UnknownEvent;
            if (isUnknown != (event == null) || isUnknown != refuses(careless, value))
                throw new IllegalStateException(file + " is not the same in all ways");
            System.out.println(orNull.writeValueAsString(event));
        }
    }

    /** As Spring Boot's: fields that are not known are no error. */
    private static ObjectMapper mapper() {
        return new ObjectMapper()
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
                .registerModule(
                        new SimpleModule()
                                .addDeserializer(LocalDateTime.class, new ReadsTime())
                                .addSerializer(LocalDateTime.class, new WritesTime()));
    }

    private static boolean refuses(ObjectMapper mapper, byte[] value) throws IOException {
        try {
            mapper.readValue(value, DomainEvent.class);
            return false;
        } catch (InvalidTypeIdException e) {
            return true;
        }
    }
}
