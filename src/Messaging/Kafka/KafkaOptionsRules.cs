using ConcertReservation.Contracts;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>What attributes cannot say about <see cref="KafkaOptions"/>.</summary>
internal sealed class KafkaOptionsRules : IValidateOptions<KafkaOptions>
{
    private const int MaxPartitions = 1000;

    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        var wrong = Faults(options).ToArray();
        return wrong.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong);
    }

    private static IEnumerable<string> Faults(KafkaOptions options)
    {
        var sasl =
            options.SecurityProtocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl;
        if (sasl && options.SaslMechanism is null)
        {
            yield return $"Kafka:SaslMechanism is not set; {options.SecurityProtocol} needs one.";
        }

        if (options.MinInSync > options.Replication)
            yield return "Kafka:MinInSync is above Kafka:Replication: no record could be sent.";

        if (options.SslCertificateLocation is null != options.SslKeyLocation is null)
            yield return "Kafka:SslCertificateLocation and Kafka:SslKeyLocation go together.";

        foreach (var file in Files(options))
        {
            if (!File.Exists(file.Path))
                yield return $"Kafka:{file.Setting}: there is no file {file.Path}.";
        }

        foreach (var (topic, partitions) in options.Partitions)
        {
            if (!Topics.Partitions.ContainsKey(topic))
                yield return $"Kafka:Partitions:{topic} is none of our topics.";
            if (partitions is < 1 or > MaxPartitions)
                yield return $"Kafka:Partitions:{topic} is {partitions}; "
                    + $"1 to {MaxPartitions} are possible.";
        }

        foreach (var key in options.Client.Keys.Where(KafkaOptions.Fixed.Contains))
            yield return $"Kafka:Client:{key} cannot be set: delivery, order and names rest on it.";
    }

    private static IEnumerable<(string Setting, string Path)> Files(KafkaOptions options)
    {
        if (options.SslCaLocation is { } authorities)
            yield return (nameof(options.SslCaLocation), authorities);
        if (options.SslCertificateLocation is { } certificate)
            yield return (nameof(options.SslCertificateLocation), certificate);
        if (options.SslKeyLocation is { } key)
            yield return (nameof(options.SslKeyLocation), key);
    }
}
