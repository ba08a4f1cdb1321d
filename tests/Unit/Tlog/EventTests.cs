using System.Text;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>The JSON of events: a closed set of types, each with its members.</summary>
public sealed class EventTests
{
    private const string Start = """{"type":"created","at":"2026-01-02T03:04:05.678Z","by":"owner" """;
    private const string Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string Time = "\"at\":\"2026-01-02T03:04:05.678Z\"";

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public void An_event_is_written_in_one_form()
    {
        var version = new LogEvent
        {
            Type = EventType.Version, At = At, By = EventActor.Delegate(17), Version = 3, PublicKey = Key,
        };
        var json = version.Encode();
        Assert.Equal(
            $$"""{"type":"version",{{Time}},"by":"17","version":3,"public_key":"{{Key}}"}""",
            Encoding.UTF8.GetString(json));
        Assert.True(LogEvent.TryParse(json, out var same));
        Assert.Equal(version, same);
    }

    [Fact]
    public void Every_type_can_be_written_and_read()
    {
        foreach (var logEvent in Samples())
        {
            Assert.True(LogEvent.TryParse(logEvent.Encode(), out var same), $"{logEvent}");
            Assert.Equal(logEvent, same);
        }

        Assert.Equal(Enum.GetValues<EventType>(), Samples().Select(sample => sample.Type).Distinct().Order());
    }

    [Fact]
    public void A_type_belongs_to_its_chains()
    {
        Assert.True(Sample(EventType.Created).IsAllowedIn(ChainKind.GroupPeople));
        Assert.True(Sample(EventType.Version).IsAllowedIn(ChainKind.Keypair));
        Assert.True(Sample(EventType.Version).IsAllowedIn(ChainKind.GroupKeys));
        Assert.False(Sample(EventType.Version).IsAllowedIn(ChainKind.Account));
        Assert.False(Sample(EventType.MemberAdded).IsAllowedIn(ChainKind.GroupKeys));
        Assert.All(Enum.GetValues<EventType>(), type => Assert.False(Sample(type).IsAllowedIn(ChainKind.Log)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"created\"")]
    [InlineData(Start)]
    [InlineData($"{Start},}}")]
    [InlineData($"{Start}}} ,")]
    [InlineData($"{Start}}}{{}}")]
    [InlineData($"{Start}/**/}}")]
    [InlineData($"{Start},\"unknown\":1}}")]
    [InlineData($"{Start},\"Name\":\"a\"}}")]
    [InlineData($"{Start},\"name\":\"a\",\"name\":\"a\"}}")]
    [InlineData($"{Start},\"type\":\"created\"}}")]
    [InlineData($"{Start},\"version\":1}}")]
    [InlineData($"{Start},\"name\":1}}")]
    [InlineData($"{Start},\"name\":\"\"}}")]
    [InlineData($"{Start},\"name\":{{}}}}")]
    [InlineData($"{Start},\"name\":[[[[[[1]]]]]]}}")]
    [InlineData($"{Start},\"name\":\"\\ud800\"}}")]
    [InlineData($"{Start},\"name\":\"\\u0000\"}}")]
    [InlineData($"{Start},\"custody\":\"Server\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time}}}")]
    [InlineData("{\"type\":\"created\",\"by\":\"owner\"}")]
    [InlineData($"{{{Time},\"by\":\"owner\"}}")]
    [InlineData($"{{\"type\":\"Created\",{Time},\"by\":\"owner\"}}")]
    [InlineData($"{{\"type\":\"unknown\",{Time},\"by\":\"owner\"}}")]
    [InlineData($"{{\"type\":0,{Time},\"by\":\"owner\"}}")]
    [InlineData($"{{\"type\":null,{Time},\"by\":\"owner\"}}")]
    [InlineData($"{{\"type\":\"\\ud800\",{Time},\"by\":\"owner\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":\"somebody\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":\"Owner\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":\"\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":\"-1\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":\"01\"}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":1}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":null}}")]
    [InlineData($"{{\"type\":\"created\",{Time},\"by\":\"9223372036854775808\"}}")]
    [InlineData("{\"type\":\"created\",\"at\":\"2026-01-02T03:04:05Z\",\"by\":\"owner\"}")]
    [InlineData("{\"type\":\"created\",\"at\":\"2026-01-02T03:04:05.678+00:00\",\"by\":\"owner\"}")]
    [InlineData("{\"type\":\"created\",\"at\":\"2026-13-02T03:04:05.678Z\",\"by\":\"owner\"}")]
    [InlineData("{\"type\":\"created\",\"at\":\" 2026-1-02T03:04:05.678Z\",\"by\":\"owner\"}")]
    [InlineData("{\"type\":\"created\",\"at\":1,\"by\":\"owner\"}")]
    [InlineData($"{{\"type\":\"expired\",{Time},\"by\":\"server\"}}")]
    [InlineData($"{{\"type\":\"expired\",{Time},\"by\":\"server\",\"version\":null}}")]
    [InlineData($"{{\"type\":\"expired\",{Time},\"by\":\"server\",\"version\":0}}")]
    [InlineData($"{{\"type\":\"expired\",{Time},\"by\":\"server\",\"version\":1.5}}")]
    [InlineData($"{{\"type\":\"expired\",{Time},\"by\":\"server\",\"version\":\"1\"}}")]
    [InlineData($"{{\"type\":\"expired\",{Time},\"by\":\"server\",\"version\":2147483648}}")]
    [InlineData($"{{\"type\":\"member_removed\",{Time},\"by\":\"owner\",\"did\":\"did:web:a.example\"}}")]
    [InlineData($"{{\"type\":\"member_removed\",{Time},\"by\":\"owner\",\"ends\":-1}}")]
    [InlineData($"{{\"type\":\"delegate_adopted\",{Time},\"by\":\"server\"}}")]
    [InlineData($"{{\"type\":\"device_added\",{Time},\"by\":\"owner\",\"device_id\":\"a\",\"public_key\":\"00\"}}")]
    public void Anything_else_is_refused(string json) =>
        Assert.False(LogEvent.TryParse(Encoding.UTF8.GetBytes(json), out _), json);

    [Fact]
    public void Invalid_UTF8_and_long_events_are_refused()
    {
        byte[] json = [.. Encoding.UTF8.GetBytes($"{Start},\"name\":\""), 0xFF, .. "\"}"u8];
        Assert.False(LogEvent.TryParse(json, out _));
        json = [.. Encoding.UTF8.GetBytes($"{Start},\""), 0xFF, .. "\":\"\"}"u8];
        Assert.False(LogEvent.TryParse(json, out _));
        var space = new string(' ', Opening.MaxEventSize - Start.Length - 1);
        Assert.True(LogEvent.TryParse(Encoding.UTF8.GetBytes($"{Start}{space}}}"), out _));
        Assert.False(LogEvent.TryParse(Encoding.UTF8.GetBytes($"{Start}{space} }}"), out _));
    }

    [Fact]
    public void An_invalid_event_is_not_written()
    {
        var valid = Sample(EventType.Version);
        foreach (var invalid in new[]
        {
            valid with { Version = null },
            valid with { Version = 0 },
            valid with { Did = "did:web:a.example" },
            valid with { PublicKey = Key.ToUpperInvariant() },
            valid with { KeyCommitment = Key + "00" },
            valid with { Signature = Key },
            valid with { Name = new string('n', 256) },
            valid with { Name = "\ud800" },
            valid with { At = At.AddTicks(1) },
            valid with { At = At.ToOffset(TimeSpan.FromHours(1)) },
            valid with { Type = (EventType)99 },
        })
            Assert.Throws<InvalidOperationException>(() => invalid.Encode());
    }

    [Fact]
    public void The_longest_event_fits_into_an_opening()
    {
        var longest = Sample(EventType.MemberAdded) with { Did = "did:web:" + new string('a', 2040) };
        Assert.True(longest.Encode().Length <= Opening.MaxEventSize);
    }

    private static LogEvent Sample(EventType type) => Samples().First(sample => sample.Type == type);

    private static IEnumerable<LogEvent> Samples()
    {
        var start = new LogEvent { Type = EventType.Created, At = At, By = EventActor.Owner };
        yield return start with { Name = "friends \u00e8 \ud83d\ude00", Custody = "server" };
        yield return start;
        yield return start with { Type = EventType.Adopted, By = EventActor.Server, Version = 4, KeyCommitment = Key };
        yield return start with { Type = EventType.Deleted, By = EventActor.Self };
        yield return start with { Type = EventType.Version, Version = int.MaxValue, KeyCommitment = Key };
        yield return start with { Type = EventType.Expired, Version = 1, By = EventActor.Server };
        yield return start with { Type = EventType.Revoked, Version = 1 };
        var device = start with { DeviceId = "phone" };
        yield return device with { Type = EventType.DeviceAdded, PublicKey = Key, Signature = Key + Key };
        yield return device with { Type = EventType.DeviceEndorsed, Signature = Key + Key };
        yield return device with { Type = EventType.DeviceRevoked };
        yield return start with { Type = EventType.BackupPut, Version = 1 };
        yield return start with { Type = EventType.BackupDeleted };
        yield return start with { Type = EventType.Policy };
        yield return start with { Type = EventType.MemberAdded, Did = "did:web:a.example" };
        yield return start with { Type = EventType.MemberRemoved, Ends = 0, By = EventActor.Delegate(long.MaxValue) };
        yield return start with { Type = EventType.DelegateAdded, Did = "did:web:a.example" };
        yield return start with { Type = EventType.MemberAdopted, Did = "did:web:a.example" };
        yield return start with { Type = EventType.DelegateAdopted, Did = "did:web:a.example" };
        yield return start with { Type = EventType.DelegateRemoved, Ends = long.MaxValue };
    }
}
