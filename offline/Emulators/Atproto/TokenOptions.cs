using System.Text.Json.Nodes;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>How a token is to differ from what a PDS makes.</summary>
public sealed record TokenOptions
{
    /// <summary>A PDS's default when nobody asks for another.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Ended a minute ago.</summary>
    public static TokenOptions Expired { get; } = new() { Lifetime = TimeSpan.FromSeconds(-60) };

    /// <summary>Signed by a key that is not the account's, on the same curve.</summary>
    public static TokenOptions ForgedSignature { get; } = new() { Forged = true };

    /// <summary>An OAuth access token by its <c>typ</c>, everything else right.</summary>
    public static TokenOptions WrongType { get; } = new() { Type = "at+jwt" };

    /// <summary>From now to <c>exp</c>, whole seconds; negative for a token that has ended.</summary>
    public TimeSpan Lifetime { get; init; } = DefaultLifetime;

    /// <summary>The header's <c>typ</c>; null leaves it out.</summary>
    public string? Type { get; init; } = "JWT";

    public bool Forged { get; init; }

    /// <summary>The other of the two signatures that ECDSA accepts, as careless libraries make it.</summary>
    public bool HighS { get; init; }

    /// <summary>Changes the header before it is signed.</summary>
    public Action<JsonObject>? EditHeader { get; init; }

    /// <summary>Changes the payload before it is signed.</summary>
    public Action<JsonObject>? EditPayload { get; init; }
}
