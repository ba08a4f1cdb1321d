using static AtpKeyserver.Tlog.EventMembers;

namespace AtpKeyserver.Tlog;

/// <summary>In which chains an event can be, and which members it must and can have.</summary>
internal sealed record EventRule(string Name, ChainKind[] Chains, EventMembers Required, EventMembers Optional)
{
    private static readonly ChainKind[] All =
        [ChainKind.Keypair, ChainKind.Devices, ChainKind.Account, ChainKind.GroupKeys, ChainKind.GroupPeople];

    private static readonly ChainKind[] Keypair = [ChainKind.Keypair];
    private static readonly ChainKind[] Devices = [ChainKind.Devices];
    private static readonly ChainKind[] Account = [ChainKind.Account];
    private static readonly ChainKind[] GroupKeys = [ChainKind.GroupKeys];
    private static readonly ChainKind[] GroupPeople = [ChainKind.GroupPeople];

    private static readonly Dictionary<EventType, EventRule> Rules = new()
    {
        [EventType.Created] = new("created", All, None, EventMembers.Name | Custody),
        [EventType.Adopted] = new(
            "adopted", All, None,
            EventMembers.Name | Custody | EventMembers.Version | PublicKey | EventMembers.KeyCommitment),
        [EventType.Deleted] = new("deleted", All, None, EventMembers.Name),
        [EventType.Version] = new(
            "version", [ChainKind.Keypair, ChainKind.GroupKeys], EventMembers.Version,
            EventMembers.Name | PublicKey | EventMembers.KeyCommitment | Custody | Signature),
        [EventType.Expired] = new("expired", Keypair, EventMembers.Version, EventMembers.Name),
        [EventType.Revoked] = new("revoked", Keypair, EventMembers.Version, EventMembers.Name),
        [EventType.DeviceAdded] = new("device_added", Devices, DeviceId | PublicKey, EventMembers.Name | Signature),
        [EventType.DeviceEndorsed] = new("device_endorsed", Devices, DeviceId | Signature, PublicKey),
        [EventType.DeviceRevoked] = new("device_revoked", Devices, DeviceId, Signature),
        [EventType.BackupPut] = new("backup_put", Account, None, EventMembers.Version),
        [EventType.BackupDeleted] = new("backup_deleted", Account, None, None),
        [EventType.Policy] = new("policy", GroupKeys, None, None),
        [EventType.MemberAdded] = new("member_added", GroupPeople, Did, Signature),
        [EventType.MemberRemoved] = new("member_removed", GroupPeople, Ends, Signature),
        [EventType.MemberAdopted] = new("member_adopted", GroupPeople, Did, None),
        [EventType.DelegateAdded] = new("delegate_added", GroupPeople, Did, Signature),
        [EventType.DelegateRemoved] = new("delegate_removed", GroupPeople, Ends, Signature),
        [EventType.DelegateAdopted] = new("delegate_adopted", GroupPeople, Did, None),
    };

    private static readonly Dictionary<string, EventType> Types =
        Rules.ToDictionary(rule => rule.Value.Name, rule => rule.Key, StringComparer.Ordinal);

    public static EventRule Of(EventType type) => Rules[type];

    public static bool TryParse(string? name, out EventType type) => Types.TryGetValue(name ?? "", out type);

    public bool Allows(EventMembers members) =>
        (members & Required) == Required && (members & ~(Required | Optional)) == None;
}
