namespace ConcertReservation.Tests.Architecture;

/// <summary>
/// Who may know whom: Contracts ← BuildingBlocks ← Messaging ← modules ← Host; tools stay outside.
/// </summary>
internal static class Arrows
{
    private static readonly string[] RoomsOfSrc =
    [
        "src/BuildingBlocks",
        "src/Contracts",
        "src/Host",
        "src/Messaging",
        "src/Modules/Accounts",
        "src/Modules/Concerts",
        "src/Modules/DataPlatform",
        "src/Modules/Notifications",
        "src/Modules/Payments",
        "src/Modules/Ranking",
        "src/Modules/Reservations",
        "src/Tools/ContractDocs",
        "src/Tools/Demo",
        "src/Tools/LocalServices",
        "src/Tools/PaymentSandbox",
        "src/Tools/Verification",
    ];

    /// <summary>
    /// What Messaging may know of Contracts: an event in general, no event in particular.
    /// </summary>
    private static readonly string[] WhatMessagingKnows =
    [
        "ConcertReservation.Contracts.DomainEvent",
        "ConcertReservation.Contracts.EventCatalogue",
        "ConcertReservation.Contracts.EventDescription",
        "ConcertReservation.Contracts.Topics",
        // How far a group has read; it names no event.
        "ConcertReservation.Contracts.LogPosition",
        // Where the records of a time begin; it names no event either.
        "ConcertReservation.Contracts.IEventHistory",
        // What names a person in any event, and who has to erase it.
        "ConcertReservation.Contracts.IPersonalData",
        "ConcertReservation.Contracts.PersonalFields",
        "ConcertReservation.Contracts.PersonalRecord",
        "ConcertReservation.Contracts.Obstacle",
        // How a time is written in any event.
        "ConcertReservation.Contracts.UtcTimeJsonConverter",
    ];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "every_project_has_its_room_in_the_house",
            house =>
                house
                    .Rooms.Where(r => r.Path.StartsWith("src/", StringComparison.Ordinal))
                    .Select(r => r.Path)
                    .Except(RoomsOfSrc),
            House.Empty.With(new Room("src/Modules/Coupons")),
            House.Empty.With(new Room("src/Common"))
        ),
        new(
            "contracts_depend_on_nothing",
            house =>
                house
                    .Rooms.Where(r => r.Name == "Contracts")
                    .SelectMany(r =>
                        Rule.ReferencesBeyond(r)
                            .Concat(r.Packages.Select(p => $"{r.Path} needs {p}"))
                            .Concat(
                                r.ForeignReferences.Where(f =>
                                        !f.StartsWith("System", StringComparison.Ordinal)
                                    )
                                    .Select(f => $"{r.Path} uses {f}")
                            )
                    ),
            House.Empty.With(new Room("src/Contracts") { References = ["Messaging"] }),
            House.Empty.With(new Room("src/Contracts") { DeclaredReferences = ["Messaging"] }),
            House.Empty.With(new Room("src/Contracts") { Packages = ["MassTransit"] }),
            House.Empty.With(new Room("src/Contracts") { ForeignReferences = ["Npgsql"] })
        ),
        new(
            "building_blocks_know_contracts_alone",
            house =>
                house
                    .Rooms.Where(r => r.Name == "BuildingBlocks")
                    .SelectMany(r => Rule.ReferencesBeyond(r, "Contracts")),
            House.Empty.With(new Room("src/BuildingBlocks") { References = ["Messaging"] })
        ),
        new(
            "messaging_knows_no_module",
            house =>
                house
                    .Rooms.Where(r => r.Name == "Messaging")
                    .SelectMany(r => Rule.ReferencesBeyond(r, "Contracts", "BuildingBlocks")),
            House.Empty.With(new Room("src/Messaging") { References = ["Payments"] }),
            House.Empty.With(new Room("src/Messaging") { DeclaredReferences = ["Host"] })
        ),
        new(
            "messaging_knows_domain_events_only_in_general",
            house =>
                house
                    .Rooms.Where(r => r.Name == "Messaging")
                    .SelectMany(r => r.Uses.Where(u => u.Assembly == "Contracts"))
                    .Where(u => !WhatMessagingKnows.Contains(u.Type))
                    .Select(u => $"Messaging uses {u.Type}"),
            House.Empty.With(
                new Room("src/Messaging")
                {
                    Uses = [new("Contracts", "ConcertReservation.Contracts.PaymentCompleted")],
                }
            )
        ),
        new(
            "a_module_references_no_other_module",
            house =>
                house.Modules.SelectMany(r =>
                    Rule.ReferencesBeyond(r, "Contracts", "BuildingBlocks", "Messaging")
                ),
            House.Empty.With(new Room("src/Modules/Payments") { References = ["Reservations"] }),
            House.Empty.With(
                new Room("src/Modules/Payments") { DeclaredReferences = ["Reservations"] }
            ),
            House.Empty.With(new Room("src/Modules/Payments") { References = ["Host"] })
        ),
        new(
            "only_tests_reference_the_host",
            house =>
                house
                    .Rooms.Where(r => !r.Path.StartsWith("tests/", StringComparison.Ordinal))
                    .Where(r => r.AllReferences.Contains("Host"))
                    .Select(r => $"{r.Path} references Host"),
            House.Empty.With(new Room("src/Tools/Demo") { References = ["Host"] })
        ),
        new(
            "tools_see_the_system_from_outside",
            house =>
                house
                    .Rooms.Where(r => r.IsTool)
                    .SelectMany(r =>
                        r.Name == "Demo"
                            ? Rule.ReferencesBeyond(r, "Contracts", "Verification")
                            : Rule.ReferencesBeyond(r, "Contracts")
                    ),
            House.Empty.With(new Room("src/Tools/Verification") { References = ["Messaging"] }),
            House.Empty.With(new Room("src/Tools/Verification") { References = ["Demo"] }),
            House.Empty.With(new Room("src/Tools/ContractDocs") { References = ["Messaging"] }),
            House.Empty.With(new Room("src/Tools/Demo") { DeclaredReferences = ["Payments"] })
        ),
        new(
            "a_module_is_registered_by_one_public_class",
            house =>
                house
                    .Modules.Where(r =>
                        r.Types.Count(t => t.Interfaces.Contains("IModule")) != 1
                        || !r.Types.Any(t => t.IsPublic && t.Name == $"{r.Name}Module")
                    )
                    .Select(r => $"{r.Path} has not exactly one {r.Name}Module"),
            House.Empty.With(new Room("src/Modules/Payments")),
            House.Empty.With(
                new Room("src/Modules/Payments")
                {
                    Types =
                    [
                        new("PaymentsModule") { IsPublic = true, Interfaces = ["IModule"] },
                        new("WalletModule") { Interfaces = ["IModule"] },
                    ],
                }
            )
        ),
    ];
}
