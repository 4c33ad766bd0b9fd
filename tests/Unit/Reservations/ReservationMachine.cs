using FsCheck;
using FsCheck.Fluent;

namespace ConcertReservation.Tests.Unit.Reservations;

/// <summary>
/// Random commands on two reservations that share a seat, against a model that knows only who may
/// have which seat: whatever the order, the code and the model agree after each step.
/// </summary>
internal sealed class ReservationMachine
{
    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property code_and_model_agree_on_every_history()
    {
        var step =
            from command in Gen.Elements(Enum.GetValues<Command>())
            from reservation in Gen.Choose(0, 1)
            from payment in Gen.Choose(1, 2)
            select new Step(command, reservation, (10 * (reservation + 1)) + payment);
        return Prop.ForAll(
            step.ListOf().ToArbitrary(),
            steps =>
            {
                var world = new ReservationWorld();
                foreach (var one in steps)
                    world.Do(one);
            }
        );
    }
}
