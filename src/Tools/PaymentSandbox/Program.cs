using ConcertReservation.PaymentSandbox;

await SandboxApplication.Create(args).RunAsync();
