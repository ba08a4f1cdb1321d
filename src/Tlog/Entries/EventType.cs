namespace AtpKeyserver.Tlog;

/// <summary>The closed set of events; in JSON in snake_case.</summary>
public enum EventType
{
    /// <summary><c>created</c>: the keypair, account or group begins, perhaps again.</summary>
    Created,

    /// <summary><c>adopted</c>: it is older than the log and gets its first entry.</summary>
    Adopted,

    /// <summary><c>deleted</c>: it ends.</summary>
    Deleted,

    /// <summary><c>version</c>: a keypair or group has a new version.</summary>
    Version,

    /// <summary><c>expired</c>: a version of a keypair is no longer used.</summary>
    Expired,

    /// <summary><c>revoked</c>: a version of a keypair must no longer be trusted.</summary>
    Revoked,

    /// <summary><c>device_added</c>.</summary>
    DeviceAdded,

    /// <summary><c>device_endorsed</c>: another device of the account vouches for a device.</summary>
    DeviceEndorsed,

    /// <summary><c>device_revoked</c>.</summary>
    DeviceRevoked,

    /// <summary><c>backup_put</c>: the account's backup was stored or replaced.</summary>
    BackupPut,

    /// <summary><c>backup_deleted</c>.</summary>
    BackupDeleted,

    /// <summary><c>policy</c>: the policy of a group's keys changed.</summary>
    Policy,

    /// <summary><c>member_added</c>.</summary>
    MemberAdded,

    /// <summary><c>member_removed</c>: ends a <c>member_added</c> or <c>member_adopted</c>.</summary>
    MemberRemoved,

    /// <summary><c>member_adopted</c>: the member is older than the log.</summary>
    MemberAdopted,

    /// <summary><c>delegate_added</c>.</summary>
    DelegateAdded,

    /// <summary><c>delegate_removed</c>: ends a <c>delegate_added</c> or <c>delegate_adopted</c>.</summary>
    DelegateRemoved,

    /// <summary><c>delegate_adopted</c>: the delegate is older than the log.</summary>
    DelegateAdopted,
}
