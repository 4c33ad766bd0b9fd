namespace ConcertReservation.DataPlatform;

internal static class Share
{
    /// <returns>0 to 1; null where there is no whole.</returns>
    public static double? Of(long part, long? whole) =>
        whole is null or 0 ? null : Math.Round((double)part / whole.Value, 4);
}
