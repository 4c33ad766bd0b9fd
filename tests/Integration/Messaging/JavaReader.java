import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/**
 * The classes of existing readers, Spring consumers: reads each file named on the command line and
 * prints a line for it, the event as these classes know it, or null for a type that they do not know.
 */
public final class JavaReader {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "eventType")
    @JsonSubTypes({
        @Type(value = ReservationCreatedEvent.class, name = "RESERVATION_CREATED"),
        @Type(value = PaymentCompletedEvent.class, name = "PAYMENT_COMPLETED"),
        @Type(value = ConcertSoldOutEvent.class, name = "CONCERT_SOLD_OUT")
    })
    public abstract static class DomainEvent {
        public String eventId;
        public LocalDateTime occurredAt;
    }

    public static final class ReservationCreatedEvent extends DomainEvent {
        public Long reservationId;
        public Long userId;
        public Long concertId;
        public Long seatId;
        public BigDecimal amount;
        public String userEmail;
        public String concertName;
    }

    public static final class PaymentCompletedEvent extends DomainEvent {
        public Long paymentId;
        public Long reservationId;
        public Long userId;
        public BigDecimal amount;
        public String paymentMethod;
    }

    public static final class ConcertSoldOutEvent extends DomainEvent {
        public Long concertId;
        public String concertName;
        public LocalDateTime soldOutTime;
        public LocalDateTime bookingStartTime;
        public Integer totalSeats;
    }

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
        // The first as Spring Boot sets it, the second as our page for consumers asks for.
        ObjectMapper mapper =
                new ObjectMapper()
                        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
                        .configure(DeserializationFeature.FAIL_ON_INVALID_SUBTYPE, false)
                        .registerModule(
                                new SimpleModule()
                                        .addDeserializer(LocalDateTime.class, new ReadsTime())
                                        .addSerializer(LocalDateTime.class, new WritesTime()));
        for (String file : files) {
            DomainEvent event =
                    mapper.readValue(Files.readAllBytes(Path.of(file)), DomainEvent.class);
            System.out.println(mapper.writeValueAsString(event));
        }
    }
}
