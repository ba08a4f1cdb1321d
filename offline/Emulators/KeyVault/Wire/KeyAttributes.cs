using System.Text.Json.Serialization;

namespace AtpKeyserver.Emulators.KeyVault.Wire;

/// <summary>Times in Unix seconds. In a request, what is absent stays as it was.</summary>
internal sealed record KeyAttributes
{
    public bool? Enabled { get; init; }

    [JsonPropertyName("nbf")]
    public long? NotBefore { get; init; }

    [JsonPropertyName("exp")]
    public long? Expires { get; init; }

    public long? Created { get; init; }

    public long? Updated { get; init; }

    public string RecoveryLevel => "Recoverable+Purgeable";

    public int RecoverableDays => 90;

    public bool Exportable => false;

    /// <summary>These, where a caller set them and may; the others as they were.</summary>
    public KeyAttributes Over(KeyAttributes before) => before with
    {
        Enabled = Enabled ?? before.Enabled,
        NotBefore = NotBefore ?? before.NotBefore,
        Expires = Expires ?? before.Expires,
    };
}
