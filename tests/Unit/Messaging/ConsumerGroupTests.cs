using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class ConsumerGroupTests
{
    [Test]
    public void a_group_reads_the_topics_of_what_its_consumers_consume() =>
        new ConsumerGroup("mails", [typeof(Welcomes), typeof(Refunds)]).Topics.ShouldBe(
            [Topics.Users, Topics.Payments],
            ignoreOrder: true
        );

    [Test]
    public void a_consumer_of_batches_reads_all_topics()
    {
        var group = new ConsumerGroup("archive", [typeof(Archives)]);

        group.Topics.ShouldBe(
            EventCatalogue.ByName.Values.Select(e => e.Topic).Distinct(),
            ignoreOrder: true
        );
        group.Subscriptions.ShouldHaveSingleItem().Batches.ShouldBeTrue();
    }

    [Test]
    public void a_consumer_that_no_topic_feeds_is_refused() =>
        Should
            .Throw<InvalidOperationException>(() => new ConsumerGroup("lost", [typeof(Listens)]))
            .Message.ShouldBe("Listens of lost consumes no event of the catalogue.");

    private sealed class Welcomes : IConsumer<UserSignedUp>
    {
        public Task Consume(ConsumeContext<UserSignedUp> context) => Task.CompletedTask;
    }

    private sealed class Refunds : IConsumer<PaymentRefunded>
    {
        public Task Consume(ConsumeContext<PaymentRefunded> context) => Task.CompletedTask;
    }

    private sealed class Archives : IConsumer<EventBatch>
    {
        public Task Consume(ConsumeContext<EventBatch> context) => Task.CompletedTask;
    }

    private sealed class Listens : IConsumer<Exception>
    {
        public Task Consume(ConsumeContext<Exception> context) => Task.CompletedTask;
    }
}
