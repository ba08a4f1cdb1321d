using System.Buffers;

namespace AtpKeyserver.Tlog;

/// <summary>The values that an event can have, beyond their JSON types.</summary>
internal static class EventChecks
{
    private const int MaxName = 255;

    /// <summary><see href="https://atproto.com/specs/did#at-protocol-did-identifier-syntax"/></summary>
    private const int MaxDid = 2 << 10;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly string[] Custodies = ["server", "signOnly", "publicOnly", "sealed"];

    public static bool AreValid(LogEvent logEvent) =>
        Enum.IsDefined(logEvent.Type)
        && EventTimeConverter.IsValid(logEvent.At)
        && EventRule.Of(logEvent.Type).Allows(MembersOf(logEvent))
        && IsText(logEvent.Name, MaxName)
        && logEvent.Version is null or >= 1
        && IsHex(logEvent.PublicKey, 64)
        && IsHex(logEvent.KeyCommitment, 64)
        && IsHex(logEvent.Signature, 128)
        && (logEvent.Custody is null || Custodies.Contains(logEvent.Custody))
        && IsText(logEvent.DeviceId, MaxName)
        && IsText(logEvent.Did, MaxDid)
        && logEvent.Ends is null or >= 0;

    private static EventMembers MembersOf(LogEvent logEvent) =>
        (logEvent.Name is null ? 0 : EventMembers.Name)
        | (logEvent.Version is null ? 0 : EventMembers.Version)
        | (logEvent.PublicKey is null ? 0 : EventMembers.PublicKey)
        | (logEvent.Custody is null ? 0 : EventMembers.Custody)
        | (logEvent.KeyCommitment is null ? 0 : EventMembers.KeyCommitment)
        | (logEvent.DeviceId is null ? 0 : EventMembers.DeviceId)
        | (logEvent.Did is null ? 0 : EventMembers.Did)
        | (logEvent.Signature is null ? 0 : EventMembers.Signature)
        | (logEvent.Ends is null ? 0 : EventMembers.Ends);

    private static bool IsText(string? text, int maxLength) => text is null || (text.Length > 0
        && text.Length <= maxLength && !text.Any(char.IsControl) && IsUnicode(text));

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }

        return true;
    }

    private static bool IsHex(string? text, int length) =>
        text is null || (text.Length == length && !text.AsSpan().ContainsAnyExcept(HexDigits));
}
