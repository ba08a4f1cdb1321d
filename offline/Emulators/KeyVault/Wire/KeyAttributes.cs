using System.Text.Json.Serialization;

namespace AtpKeyserver.Emulators.KeyVault.Wire;

/// <summary>Times in Unix seconds. In a request, missing values are unchanged.</summary>
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

    /// <summary>Merges the writable values of a request over the previous attributes.</summary>
    public KeyAttributes Over(KeyAttributes before) => before with
    {
        Enabled = Enabled ?? before.Enabled,
        NotBefore = NotBefore ?? before.NotBefore,
        Expires = Expires ?? before.Expires,
    };
}
