/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-file.h - numbers and structures of NT's file calls.
 *
 * Where a Win32 structure is the NT one under another name (FILE_BASIC_INFO is
 * FILE_BASIC_INFORMATION, ...), use the Win32 name from <windows.h>; only what
 * it lacks is here.  Source: Microsoft's WDK documentation.
 */
#ifndef RF_DLL_NT_FILE_H
#define RF_DLL_NT_FILE_H

#include "nt.h"

/*
 * Of OBJECT_ATTRIBUTES, ours.  For NtDeleteFile: what DeleteFile means
 * (nt/file-create.c).  For NtOpenFile: a program or DLL is looked for, so
 * nothing but a file will do.
 */
#define OBJ_RF_DELETE_FILE 0x10000000
#define OBJ_RF_LOAD        0x20000000

/* Create disposition and what became of it (IO_STATUS_BLOCK.Information). */

#define FILE_SUPERSEDED  0
#define FILE_OPENED      1
#define FILE_CREATED     2
#define FILE_OVERWRITTEN 3

#define FILE_DIRECTORY_FILE            0x00000001
#define FILE_WRITE_THROUGH             0x00000002
#define FILE_SEQUENTIAL_ONLY           0x00000004
#define FILE_NO_INTERMEDIATE_BUFFERING 0x00000008
#define FILE_SYNCHRONOUS_IO_ALERT      0x00000010
#define FILE_SYNCHRONOUS_IO_NONALERT   0x00000020
#define FILE_NON_DIRECTORY_FILE        0x00000040
#define FILE_RANDOM_ACCESS             0x00000800
#define FILE_DELETE_ON_CLOSE           0x00001000
#define FILE_OPEN_BY_FILE_ID           0x00002000
#define FILE_OPEN_FOR_BACKUP_INTENT    0x00004000
#define FILE_OPEN_REPARSE_POINT        0x00200000
#define FILE_OPEN_NO_RECALL            0x00400000

/* NtQueryInformationFile, NtSetInformationFile, NtQueryDirectoryFile */
enum {
	FileDirectoryInformation = 1,
	FileFullDirectoryInformation = 2,
	FileBothDirectoryInformation = 3,
	FileBasicInformation = 4,
	FileStandardInformation = 5,
	FileInternalInformation = 6,
	FileEaInformation = 7,
	FileAccessInformation = 8,
	FileNameInformation = 9,
	FileRenameInformation = 10,
	FileLinkInformation = 11,
	FileNamesInformation = 12,
	FileDispositionInformation = 13,
	FilePositionInformation = 14,
	FileModeInformation = 16,
	FileAlignmentInformation = 17,
	FileAllInformation = 18,
	FileAllocationInformation = 19,
	FileEndOfFileInformation = 20,
	FileAlternateNameInformation = 21,
	FileStreamInformation = 22,
	FilePipeInformation = 23,
	FilePipeLocalInformation = 24,
	FilePipeRemoteInformation = 25,
	FileCompressionInformation = 28,
	FileCompletionInformation = 30,
	FileNetworkOpenInformation = 34,
	FileAttributeTagInformation = 35,
	FileIdBothDirectoryInformation = 37,
	FileIdFullDirectoryInformation = 38,
	FileValidDataLengthInformation = 39,
	FileShortNameInformation = 40,
	FileIoCompletionNotificationInformation = 41,
	FileIoPriorityHintInformation = 43,
	FileHardLinkInformation = 46,
	FileNormalizedNameInformation = 48,
	FileRemoteProtocolInformation = 55,
	FileIdInformation = 59,
	FileIdExtdDirectoryInformation = 60,
	FileReplaceCompletionInformation = 61,
	FileDispositionInformationEx = 64,
	FileRenameInformationEx = 65,
	FileCaseSensitiveInformation = 71,
};

/* NtQueryVolumeInformationFile, NtSetVolumeInformationFile */
enum {
	FileFsVolumeInformation = 1,
	FileFsLabelInformation = 2,
	FileFsSizeInformation = 3,
	FileFsDeviceInformation = 4,
	FileFsAttributeInformation = 5,
	FileFsFullSizeInformation = 7,
	FileFsObjectIdInformation = 8,
	FileFsSectorSizeInformation = 11,
};

#define FILE_REMOVABLE_MEDIA 0x00000001
#define FILE_REMOTE_DEVICE   0x00000010

typedef struct _FILE_NETWORK_OPEN_INFORMATION {
	LARGE_INTEGER CreationTime;
	LARGE_INTEGER LastAccessTime;
	LARGE_INTEGER LastWriteTime;
	LARGE_INTEGER ChangeTime;
	LARGE_INTEGER AllocationSize;
	LARGE_INTEGER EndOfFile;
	ULONG FileAttributes;
} FILE_NETWORK_OPEN_INFORMATION;

typedef struct _FILE_BOTH_DIR_INFORMATION {
	ULONG NextEntryOffset;
	ULONG FileIndex;
	LARGE_INTEGER CreationTime;
	LARGE_INTEGER LastAccessTime;
	LARGE_INTEGER LastWriteTime;
	LARGE_INTEGER ChangeTime;
	LARGE_INTEGER EndOfFile;
	LARGE_INTEGER AllocationSize;
	ULONG FileAttributes;
	ULONG FileNameLength; /* bytes */
	ULONG EaSize;         /* of a reparse point: its tag */
	CCHAR ShortNameLength;
	WCHAR ShortName[12];
	WCHAR FileName[1];
} FILE_BOTH_DIR_INFORMATION;

NTSYSAPI NTSTATUS NTAPI NtQueryInformationByName(POBJECT_ATTRIBUTES,
						 PIO_STATUS_BLOCK, PVOID, ULONG,
						 ULONG);

/* Class 68: what GetFileInformationByHandle() wants, in one go. */
#define FileStatInformation 68
typedef struct _FILE_STAT_INFORMATION {
	LARGE_INTEGER FileId, CreationTime, LastAccessTime, LastWriteTime;
	LARGE_INTEGER ChangeTime, AllocationSize, EndOfFile;
	ULONG FileAttributes, ReparseTag, NumberOfLinks;
	ACCESS_MASK EffectiveAccess;
} FILE_STAT_INFORMATION;

typedef struct _FILE_ALL_INFORMATION {
	FILE_BASIC_INFO Basic;
	FILE_STANDARD_INFO Standard;
	LARGE_INTEGER FileId;
	ULONG EaSize;
	ACCESS_MASK AccessFlags;
	LARGE_INTEGER CurrentByteOffset;
	ULONG Mode;
	ULONG AlignmentRequirement;
	ULONG FileNameLength;
	WCHAR FileName[1];
} FILE_ALL_INFORMATION;

typedef struct _FILE_PIPE_INFORMATION {
	ULONG ReadMode;       /* 0 byte, 1 message */
	ULONG CompletionMode; /* 0 wait, 1 do not */
} FILE_PIPE_INFORMATION;

typedef struct _FILE_PIPE_LOCAL_INFORMATION {
	ULONG NamedPipeType; /* 0 byte, 1 message */
	ULONG NamedPipeConfiguration;
	ULONG MaximumInstances;
	ULONG CurrentInstances;
	ULONG InboundQuota;
	ULONG ReadDataAvailable;
	ULONG OutboundQuota;
	ULONG WriteQuotaAvailable;
	ULONG NamedPipeState;
	ULONG NamedPipeEnd; /* 0 client, 1 server */
} FILE_PIPE_LOCAL_INFORMATION;

typedef struct _FILE_PIPE_PEEK_BUFFER {
	ULONG NamedPipeState;
	ULONG ReadDataAvailable;
	ULONG NumberOfMessages;
	ULONG MessageLength;
	CHAR Data[1];
} FILE_PIPE_PEEK_BUFFER;

typedef struct _FILE_PIPE_WAIT_FOR_BUFFER {
	LARGE_INTEGER Timeout;
	ULONG NameLength;
	BOOLEAN TimeoutSpecified;
	WCHAR Name[1];
} FILE_PIPE_WAIT_FOR_BUFFER;

typedef struct _FILE_FS_VOLUME_INFORMATION {
	LARGE_INTEGER VolumeCreationTime;
	ULONG VolumeSerialNumber;
	ULONG VolumeLabelLength;
	BOOLEAN SupportsObjects;
	WCHAR VolumeLabel[1];
} FILE_FS_VOLUME_INFORMATION;

typedef struct _FILE_FS_LABEL_INFORMATION {
	ULONG VolumeLabelLength;
	WCHAR VolumeLabel[1];
} FILE_FS_LABEL_INFORMATION;

typedef struct _FILE_FS_SIZE_INFORMATION {
	LARGE_INTEGER TotalAllocationUnits;
	LARGE_INTEGER AvailableAllocationUnits;
	ULONG SectorsPerAllocationUnit;
	ULONG BytesPerSector;
} FILE_FS_SIZE_INFORMATION;

typedef struct _FILE_FS_FULL_SIZE_INFORMATION {
	LARGE_INTEGER TotalAllocationUnits;
	LARGE_INTEGER CallerAvailableAllocationUnits;
	LARGE_INTEGER ActualAvailableAllocationUnits;
	ULONG SectorsPerAllocationUnit;
	ULONG BytesPerSector;
} FILE_FS_FULL_SIZE_INFORMATION;

typedef struct _FILE_FS_DEVICE_INFORMATION {
	ULONG DeviceType;
	ULONG Characteristics;
} FILE_FS_DEVICE_INFORMATION;

typedef struct _FILE_FS_ATTRIBUTE_INFORMATION {
	ULONG FileSystemAttributes;
	ULONG MaximumComponentNameLength;
	ULONG FileSystemNameLength;
	WCHAR FileSystemName[1];
} FILE_FS_ATTRIBUTE_INFORMATION;

typedef struct _FILE_IO_COMPLETION_INFORMATION {
	PVOID KeyContext;
	PVOID ApcContext;
	IO_STATUS_BLOCK IoStatusBlock;
} FILE_IO_COMPLETION_INFORMATION;

typedef struct _FILE_COMPLETION_INFORMATION {
	HANDLE Port;
	PVOID Key;
} FILE_COMPLETION_INFORMATION;

typedef struct _FILE_LINK_ENTRY_INFORMATION {
	ULONG NextEntryOffset;
	LONGLONG ParentFileId;
	ULONG FileNameLength; /* units */
	WCHAR FileName[1];
} FILE_LINK_ENTRY_INFORMATION;

typedef struct _FILE_LINKS_INFORMATION {
	ULONG BytesNeeded;
	ULONG EntriesReturned;
	FILE_LINK_ENTRY_INFORMATION Entry;
} FILE_LINKS_INFORMATION;

typedef struct _REPARSE_DATA_BUFFER {
	ULONG ReparseTag;
	USHORT ReparseDataLength;
	USHORT Reserved;
	union {
		struct {
			USHORT SubstituteNameOffset;
			USHORT SubstituteNameLength;
			USHORT PrintNameOffset;
			USHORT PrintNameLength;
			ULONG Flags; /* 1: relative */
			WCHAR PathBuffer[1];
		} SymbolicLinkReparseBuffer;
		struct {
			USHORT SubstituteNameOffset;
			USHORT SubstituteNameLength;
			USHORT PrintNameOffset;
			USHORT PrintNameLength;
			WCHAR PathBuffer[1];
		} MountPointReparseBuffer;
		struct {
			UCHAR DataBuffer[1];
		} GenericReparseBuffer;
	};
} REPARSE_DATA_BUFFER, *PREPARSE_DATA_BUFFER;

#define SYMLINK_FLAG_RELATIVE 1

/* What winioctl.h has only for drivers. */
#ifndef FSCTL_PIPE_LISTEN
#define FSCTL_PIPE_DISCONNECT               0x110004
#define FSCTL_PIPE_LISTEN                   0x110008
#define FSCTL_PIPE_PEEK                     0x11400c
#define FSCTL_PIPE_TRANSCEIVE               0x11c017
#define FSCTL_PIPE_WAIT                     0x110018
#define FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE 0x110030
#endif

#endif
