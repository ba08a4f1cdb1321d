using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.RateLimiting;

/// <summary>Validates the rate limits at startup and reports all invalid settings.</summary>
internal sealed class RateLimitOptionsValidator : IValidateOptions<KeyserverOptions>
{
    public const int MaxPerMinute = 1_000_000;
    public const int MaxTrustedProxies = 8;

    /// <summary>With the largest limit, 10^8 units per minute; budgets count ticks of 100 ns.</summary>
    public const int MaxWebDomainCallers = 100;

    public ValidateOptionsResult Validate(string? name, KeyserverOptions options)
    {
        var limits = options.RateLimits;
        List<string> failures = [];
        CheckRange(nameof(limits.TrustedProxies), limits.TrustedProxies, 0, MaxTrustedProxies);
        CheckRange(nameof(limits.AnonymousPerMinute), limits.AnonymousPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.LogReadsPerMinute), limits.LogReadsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.MalformedTokensPerMinute), limits.MalformedTokensPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.RefusedTokensPerMinute), limits.RefusedTokensPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.ResolutionsPerMinute), limits.ResolutionsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.TokenResolutionsPerMinute), limits.TokenResolutionsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.AllResolutionsPerMinute), limits.AllResolutionsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.ReadsPerMinute), limits.ReadsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.ChangesPerMinute), limits.ChangesPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.AdditionsPerDay), limits.AdditionsPerDay, 1, MaxPerMinute);
        CheckRange(nameof(limits.DenialsPerMinute), limits.DenialsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.NewGroupsPerMinute), limits.NewGroupsPerMinute, 1, MaxPerMinute);
        CheckRange(nameof(limits.RotationsPerHour), limits.RotationsPerHour, 1, MaxPerMinute);
        CheckRange(nameof(limits.WebDomainCallers), limits.WebDomainCallers, 1, MaxWebDomainCallers);
        CheckList(
            nameof(limits.SharedWebHosts), limits.SharedWebHosts, "a host name", IsHost, WebDomains.MaxSharedHosts);
        CheckList(nameof(limits.DeniedDids), limits.DeniedDids, "a did:plc or did:web", IsDid, DenyList.MaxEntries);
        CheckList(
            nameof(limits.DeniedNetworks),
            limits.DeniedNetworks,
            "an IP address or CIDR block",
            IsNetwork,
            DenyList.MaxEntries);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckRange(string setting, int value, int min, int max)
        {
            if (value < min || value > max)
                failures.Add($"Set {Path(setting)} to a number from {min} to {max}, not {value}.");
        }

        void CheckList(string setting, IList<string> entries, string what, Predicate<string> isValid, int max)
        {
            if (entries.Count > max)
                failures.Add($"Set at most {max} entries of {Path(setting)}, not {entries.Count}.");
            failures.AddRange(entries
                .Where(entry => !isValid(entry))
                .Select(entry => $"Set each entry of {Path(setting)} to {what}, not '{entry}'."));
        }

        static bool IsDid(string text) => Did.TryParse(text, allowLocalhost: true, out _);

        static bool IsHost(string text) => Did.TryParse($"did:web:{text}", allowLocalhost: false, out _);

        static bool IsNetwork(string text) => DenyList.TryParseNetwork(text, out _);

        static string Path(string setting) =>
            $"{KeyserverOptions.Section}__{nameof(KeyserverOptions.RateLimits)}__{setting}";
    }
}
