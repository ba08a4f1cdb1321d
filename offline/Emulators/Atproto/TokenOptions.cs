using System.Text.Json.Nodes;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>How a token differs from one of a PDS.</summary>
public sealed record TokenOptions
{
    /// <summary>A PDS's default.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Expired a minute ago.</summary>
    public static TokenOptions Expired { get; } = new() { Lifetime = TimeSpan.FromSeconds(-60) };

    /// <summary>Signed with another key on the same curve.</summary>
    public static TokenOptions ForgedSignature { get; } = new() { Forged = true };

    /// <summary>Has the <c>typ</c> of an OAuth access token.</summary>
    public static TokenOptions WrongType { get; } = new() { Type = "at+jwt" };

    /// <summary>From now to <c>exp</c>, in whole seconds; negative for an expired token.</summary>
    public TimeSpan Lifetime { get; init; } = DefaultLifetime;

    /// <summary>The header's <c>typ</c>; null: omitted.</summary>
    public string? Type { get; init; } = "JWT";

    public bool Forged { get; init; }

    /// <summary>Signs with the high s, as some libraries do.</summary>
    public bool HighS { get; init; }

    /// <summary>Changes the header before it is signed.</summary>
    public Action<JsonObject>? EditHeader { get; init; }

    /// <summary>Changes the payload before it is signed.</summary>
    public Action<JsonObject>? EditPayload { get; init; }
}
