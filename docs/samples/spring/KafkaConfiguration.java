package com.example.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.adapter.RecordFilterStrategy;
import org.springframework.kafka.support.converter.ByteArrayJsonMessageConverter;
import org.springframework.kafka.support.converter.RecordMessageConverter;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.util.backoff.FixedBackOff;

@Configuration
class KafkaConfiguration {
    private static final Set<String> OURS = Set.of("RESERVATION_CREATED", "CONCERT_SOLD_OUT");

    /** True for what is passed over: before the value is read, by the header alone. */
    @Bean
    RecordFilterStrategy<String, byte[]> othersEvents() {
        return record -> {
            Header type = record.headers().lastHeader("ce_type");
            return type == null || !OURS.contains(new String(type.value(), UTF_8));
        };
    }

    /** The class follows from eventType: records have no header that names a Java class. */
    @Bean
    RecordMessageConverter events(ObjectMapper mapper) {
        return new ByteArrayJsonMessageConverter(mapper);
    }

    /**
     * Three tries, then the dead letter; what cannot be read goes there at once. A database that is
     * away is no fault of a record: that is tried until it is back, and the order stays.
     */
    @Bean
    CommonErrorHandler errors(KafkaTemplate<?, ?> kafka) {
        DeadLetterPublishingRecoverer deadLetters =
                new DeadLetterPublishingRecoverer(
                        kafka,
                        (record, e) ->
                                new TopicPartition(record.topic() + "-dlt", record.partition()));
        DefaultErrorHandler handler =
                new DefaultErrorHandler(deadLetters, new FixedBackOff(1000, 2));
        handler.setBackOffFunction(
                (record, e) ->
                        isOutage(e)
                                ? new FixedBackOff(1000, FixedBackOff.UNLIMITED_ATTEMPTS)
                                : null);
        return handler;
    }

    private static boolean isOutage(Throwable e) {
        return e != null
                && (e instanceof CannotCreateTransactionException
                        || e instanceof DataAccessResourceFailureException
                        || e instanceof TransientDataAccessException
                        || isOutage(e.getCause()));
    }
}
