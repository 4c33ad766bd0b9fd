using System.Net;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Customers who join waitlists, by their numbers.</summary>
internal static class Waitlisted
{
    public static string Address(int customer) => $"customer-{customer}@example.org";

    public static string[] Addresses(params int[] customers) => [.. customers.Select(Address)];

    public static async Task JoinAsync(
        this NotificationsSystem system,
        long concertId,
        params int[] customers
    )
    {
        foreach (var customer in customers)
        {
            using var answer = await system.HostA.SendAsync(
                HttpMethod.Post,
                $"/concerts/{concertId}/waitlist",
                customer
            );
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
    }
}
