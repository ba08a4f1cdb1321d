namespace AtpKeyserver.Groups.Rows;

/// <summary>How a member's or delegate's row relates to the head that was read before it.</summary>
public enum RowAge
{
    /// <summary>The row counts.</summary>
    Current,

    /// <summary>Left from an earlier incarnation of the group; it does not count.</summary>
    Leftover,

    /// <summary>Written after the head was read: read the head again.</summary>
    NewerThanHead,
}
