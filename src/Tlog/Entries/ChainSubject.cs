namespace AtpKeyserver.Tlog;

/// <summary>Identifies a chain; hidden in the log by its <see cref="Label"/>.</summary>
public sealed record ChainSubject
{
    private ChainSubject(ChainKind kind, string text) => (Kind, Text) = (kind, text);

    /// <summary>Which of the subject's chains it is.</summary>
    public ChainKind Kind { get; }

    /// <summary>The DID, the group id, or the DID, a zero character and the name of the keypair.</summary>
    public string Text { get; }

    /// <summary>The chain of one keypair.</summary>
    /// <exception cref="ArgumentException">A part is empty or has a zero character.</exception>
    public static ChainSubject Keypair(string did, string name) =>
        new(ChainKind.Keypair, $"{Part(did, nameof(did))}\0{Part(name, nameof(name))}");

    /// <summary>The chain of an account's devices.</summary>
    /// <exception cref="ArgumentException">The DID is empty or has a zero character.</exception>
    public static ChainSubject Devices(string did) => new(ChainKind.Devices, Part(did, nameof(did)));

    /// <summary>The chain of an account.</summary>
    /// <exception cref="ArgumentException">The DID is empty or has a zero character.</exception>
    public static ChainSubject Account(string did) => new(ChainKind.Account, Part(did, nameof(did)));

    /// <summary>The chain of a group's keys.</summary>
    /// <exception cref="ArgumentException">The id is empty or has a zero character.</exception>
    public static ChainSubject GroupKeys(string groupId) => new(ChainKind.GroupKeys, Part(groupId, nameof(groupId)));

    /// <summary>The chain of a group's members and delegates.</summary>
    /// <exception cref="ArgumentException">The id is empty or has a zero character.</exception>
    public static ChainSubject GroupPeople(string groupId) =>
        new(ChainKind.GroupPeople, Part(groupId, nameof(groupId)));

    /// <summary>
    /// The VRF input of the label: <c>atpkeyserver/tlog/label/v1</c> ‖ 0x00 ‖ chain byte ‖ subject in UTF-8.
    /// </summary>
    /// <exception cref="ArgumentException">The subject is not valid Unicode.</exception>
    public byte[] LabelInput() =>
        [.. "atpkeyserver/tlog/label/v1"u8, 0x00, (byte)Kind, .. StrictUtf8.GetBytes(Text)];

    private static string Part(string text, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, parameter);
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("A subject cannot contain a zero character.", parameter)
            : text;
    }
}
