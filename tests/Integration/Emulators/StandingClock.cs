namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>A clock that goes on only when told.</summary>
internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Time { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Time;
}
