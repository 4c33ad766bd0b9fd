namespace ConcertReservation.Contracts;

/// <summary>What a customer pays with, as the API and events name it.</summary>
public static class PaymentMethods
{
    public const string Point = "POINT";
    public const string Card = "CARD";
}
