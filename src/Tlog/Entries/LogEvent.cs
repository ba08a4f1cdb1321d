using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A change, as JSON. It is serialized once; exactly these bytes are hashed, stored and shown. Which members an event
/// must and can have depends on its type; everything else is refused.
/// </summary>
public sealed record LogEvent
{
    /// <summary>What happened.</summary>
    [JsonConverter(typeof(EventTypeConverter))]
    public required EventType Type { get; init; }

    /// <summary>When, in UTC and whole milliseconds.</summary>
    [JsonConverter(typeof(EventTimeConverter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>Who made the change.</summary>
    [JsonConverter(typeof(EventActorConverter))]
    public required EventActor By { get; init; }

    /// <summary>The name of a keypair or device: 1 to 255 characters.</summary>
    public string? Name { get; init; }

    /// <summary>A version, from 1.</summary>
    public int? Version { get; init; }

    /// <summary>A public key, 32 bytes in lower-case hex.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Who holds the key: <c>server</c>, <c>signOnly</c>, <c>publicOnly</c> or <c>sealed</c>.</summary>
    public string? Custody { get; init; }

    /// <summary><see cref="Tlog.KeyCommitment"/>, 32 bytes in lower-case hex.</summary>
    public string? KeyCommitment { get; init; }

    /// <summary>The id of a device: 1 to 255 characters.</summary>
    public string? DeviceId { get; init; }

    /// <summary>The account that the event names: 1 to 2048 characters.</summary>
    public string? Did { get; init; }

    /// <summary>A signature by a device or keypair, 64 bytes in lower-case hex.</summary>
    public string? Signature { get; init; }

    /// <summary>The sequence number of the <c>…_added</c> or <c>…_adopted</c> event that this one ends.</summary>
    public long? Ends { get; init; }

    /// <summary>
    /// Reads an event. False for an unknown type, an unknown, repeated or missing member, and a value out of range.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out LogEvent? logEvent)
    {
        logEvent = null;
        if (json.Length > Opening.MaxEventSize)
            return false;
        try
        {
            var read = JsonSerializer.Deserialize(json, EventJson.Default.LogEvent);
            logEvent = read is not null && EventChecks.AreValid(read) ? read : null;
        }
        catch (JsonException)
        {
            // Not JSON, or not a member or type that an event has.
        }

        return logEvent is not null;
    }

    /// <summary>Whether an event of this type can be in the chain.</summary>
    public bool IsAllowedIn(ChainKind chain) => EventRule.Of(Type).Chains.Contains(chain);

    /// <summary>The JSON in UTF-8, for an <see cref="Opening"/>.</summary>
    /// <exception cref="InvalidOperationException">The event has a missing, excess or invalid member.</exception>
    public byte[] Encode() => EventChecks.AreValid(this)
        ? JsonSerializer.SerializeToUtf8Bytes(this, EventJson.Default.LogEvent)
        : throw new InvalidOperationException($"An event of type {Type} has a missing, excess or invalid member.");
}
